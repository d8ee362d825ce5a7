package outside

import (
	"bufio"
	"crypto/tls"
	"encoding/json"
	"fmt"
	"net"
	"strings"
	"testing"

	"github.com/cdk8s-istio-egress/conformance/internal/world"
)

const friend = "spiffe://cluster.local/ns/a/sa/friend"

func newWorld(t *testing.T) *world.World {
	t.Helper()
	w := &world.World{}
	for _, authority := range []**world.Authority{&w.Authorities.Mesh, &w.Authorities.Outside, &w.Authorities.Clients} {
		made, err := world.NewAuthority("test")
		if err != nil {
			t.Fatal(err)
		}
		*authority = made
	}
	return w
}

func leaf(t *testing.T, authority *world.Authority, name world.Name) tls.Certificate {
	t.Helper()
	made, err := authority.Issue(name)
	if err != nil {
		t.Fatal(err)
	}
	return made.TLS
}

// connection is one over TCP, from both sides.
func connection(t *testing.T) (client, server net.Conn) {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = listener.Close() }()
	client, err = net.Dial("tcp", listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	server, err = listener.Accept()
	if err != nil {
		t.Fatal(err)
	}
	return client, server
}

// talk connects a client to one port of a server and returns the answer.
func talk(t *testing.T, w *world.World, port world.ServerPort, config *tls.Config) (answer *Sight, record []Sight) {
	t.Helper()
	kept := &Record{}
	one := &endpoint{server: world.Server{Name: "s", Hosts: []string{"*.example.com"}}, port: port, record: kept}
	if err := one.prepare(w); err != nil {
		t.Fatal(err)
	}
	client, server := connection(t)
	done := make(chan struct{})
	go func() { one.serve(server); close(done) }()
	var conn net.Conn = client
	if config != nil {
		conn = tls.Client(client, config)
	}
	if _, err := fmt.Fprintf(conn, "%s7\n", hello); err == nil {
		if line, err := bufio.NewReader(conn).ReadString('\n'); err == nil {
			answer = &Sight{}
			if err := json.Unmarshal([]byte(line), answer); err != nil {
				t.Fatal(err)
			}
		}
	}
	_ = client.Close()
	<-done
	return answer, kept.Since(0)
}

func TestServerTellsWhatItSaw(t *testing.T) {
	w := newWorld(t)
	answer, record := talk(t, w, world.ServerPort{Port: 5432, Protocol: "tcp"}, nil)
	if answer == nil || answer.Server != "s" || answer.Port != 5432 || answer.Call != "7" {
		t.Errorf("answer %+v", answer)
	}
	if len(record) != 2 || record[0].Stage != Connected || record[1].Stage != PayloadSeen {
		t.Errorf("record %+v", record)
	}
	client := leaf(t, w.Authorities.Clients, world.Name{Common: "partner"})
	answer, _ = talk(t, w, world.ServerPort{Protocol: "tls"}, &tls.Config{ServerName: "www.example.com", RootCAs: w.Authorities.Outside.Pool, Certificates: []tls.Certificate{client}})
	if answer == nil || answer.SNI != "www.example.com" || answer.Identity != "CN=partner" {
		t.Errorf("answer over TLS %+v", answer)
	}
}

func TestServerRefusesClients(t *testing.T) {
	w := newWorld(t)
	of := func(authority *world.Authority, uri string) []tls.Certificate {
		return []tls.Certificate{leaf(t, authority, world.Name{Common: "c", URI: uri})}
	}
	mesh := world.ServerPort{Protocol: "tls", Identity: "spiffe://cluster.local/ns/edge/sa/box", Clients: []string{friend}}
	demanding := world.ServerPort{Protocol: "tls", ClientCertificate: true}
	for _, row := range []struct {
		name   string
		port   world.ServerPort
		client []tls.Certificate
		taken  bool
	}{
		{"a friend", mesh, of(w.Authorities.Mesh, friend), true},
		{"somebody of the mesh", mesh, of(w.Authorities.Mesh, "spiffe://cluster.local/ns/a/sa/other"), false},
		{"a friend by another authority", mesh, of(w.Authorities.Clients, friend), false},
		{"nobody", mesh, nil, false},
		{"a certificate as demanded", demanding, of(w.Authorities.Clients, ""), true},
		{"one of another authority", demanding, of(w.Authorities.Outside, ""), false},
		{"none as demanded", demanding, nil, false},
	} {
		answer, record := talk(t, w, row.port, &tls.Config{InsecureSkipVerify: true, Certificates: row.client}) //nolint:gosec // the server is under test
		last := record[len(record)-1]
		if (answer != nil) != row.taken || (last.Stage == TLSFailed) == row.taken {
			t.Errorf("%s: answer %+v, record %+v", row.name, answer, record)
		}
		if !row.taken && !strings.Contains(last.Failure, "certificate") && !strings.Contains(last.Failure, "not allowed") {
			t.Errorf("%s: %s", row.name, last.Failure)
		}
	}
}

func TestServerFails(t *testing.T) {
	w := newWorld(t)
	resets := world.ServerPort{Protocol: "tcp", Fails: world.Failing{By: byReset}}
	answer, record := talk(t, w, resets, nil)
	if last := record[len(record)-1]; answer != nil || last.Stage != Reset || last.Call != "7" {
		t.Errorf("answer %+v, record %+v", answer, record)
	}
	first := &endpoint{port: world.ServerPort{Fails: world.Failing{By: byReset, First: 2}}, record: &Record{}}
	for i, want := range []bool{true, true, false} {
		if got := first.take(Sight{Stage: PayloadSeen, Call: "1"}); got != want {
			t.Errorf("request %d: fails %t", i+1, got)
		}
	}
	if !first.take(Sight{Stage: PayloadSeen, Call: "2"}) {
		t.Error("another call is counted by itself")
	}
}

func TestServerFindsTLSInsideItsOwn(t *testing.T) {
	w := newWorld(t)
	client, server := connection(t)
	defer func() { _ = client.Close() }()
	outer := &endpoint{port: world.ServerPort{Protocol: "tls"}, record: &Record{}}
	if err := outer.prepare(w); err != nil {
		t.Fatal(err)
	}
	done := make(chan struct{})
	go func() { outer.serve(server); close(done) }()
	config := &tls.Config{InsecureSkipVerify: true} //nolint:gosec // the server is under test
	if err := tls.Client(tls.Client(client, config), config).Handshake(); err == nil {
		t.Error("the inner handshake succeeded")
	}
	<-done
	if record := outer.record.Since(0); record[len(record)-1].Stage != TLSInside {
		t.Errorf("record %+v", record)
	}
}
