package outside

import (
	"bufio"
	"bytes"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"io"
	"net"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/cdk8s-istio-egress/conformance/internal/network"
	"github.com/cdk8s-istio-egress/conformance/internal/world"
)

const (
	patience = 5 * time.Second
	greeting = "220 ready\n"
	hello    = "CALL "
)

// Servers are all servers of a world, listening.
type Servers struct {
	Record    Record
	listeners []net.Listener
}

// Serve starts every server of the world in one namespace.
func Serve(n *network.Namespace, w *world.World) (*Servers, error) {
	servers := &Servers{}
	if err := silence(n, w); err != nil {
		return nil, err
	}
	for _, server := range w.Stated.Servers {
		for _, port := range server.Ports {
			one := &endpoint{server: server, port: port, record: &servers.Record, namespace: n, resolve: w.Resolve}
			if err := one.prepare(w); err != nil {
				servers.Stop()
				return nil, err
			}
			for _, address := range server.Addresses {
				listener, err := n.Listen(net.JoinHostPort(address, strconv.Itoa(port.Port)))
				if err != nil {
					servers.Stop()
					return nil, fmt.Errorf("server %s: %w", server.Name, err)
				}
				servers.listeners = append(servers.listeners, listener)
				go one.accept(listener)
			}
		}
	}
	return servers, nil
}

// Stop closes every listener.
func (s *Servers) Stop() {
	for _, listener := range s.listeners {
		_ = listener.Close()
	}
}

type endpoint struct {
	server world.Server
	port   world.ServerPort
	record *Record
	tls    *tls.Config

	namespace *network.Namespace
	resolve   func(string) []string
}

// prepare makes the certificate. A port with an identity is a proxy that speaks
// the mesh's mutual TLS: its certificate and its clients' come from the mesh.
func (e *endpoint) prepare(w *world.World) error {
	if e.port.Protocol == "tcp" || e.port.Protocol == "http" || e.port.Protocol == "h2c" || e.port.Protocol == "connect" {
		return nil
	}
	authority, clients := w.Authorities.Outside, w.Authorities.Clients
	name := world.Name{Common: e.server.Name, Hosts: slices.Concat(e.server.Hosts, e.server.Addresses)}
	if len(e.port.Certifies) > 0 {
		name.Hosts = e.port.Certifies
	}
	if e.port.UnknownAuthority {
		authority = w.Authorities.Unknown
	}
	clientAuth := tls.RequestClientCert
	if e.port.Identity != "" {
		authority, clients = w.Authorities.Mesh, w.Authorities.Mesh
		name = world.Name{URI: e.port.Identity}
	}
	if e.port.Identity != "" || e.port.ClientCertificate {
		clientAuth = tls.RequireAndVerifyClientCert
	}
	leaf, err := authority.Issue(name)
	if err != nil {
		return err
	}
	e.tls = &tls.Config{Certificates: []tls.Certificate{leaf.TLS}, ClientAuth: clientAuth, ClientCAs: clients.Pool, VerifyConnection: e.admit}
	return nil
}

// admit is the proxy's own rule on who may connect.
func (e *endpoint) admit(state tls.ConnectionState) error {
	if len(e.port.Clients) == 0 || slices.Contains(e.port.Clients, identity(state.PeerCertificates)) {
		return nil
	}
	return fmt.Errorf("client %s is not allowed", identity(state.PeerCertificates))
}

func (e *endpoint) accept(listener net.Listener) {
	for {
		conn, err := listener.Accept()
		if err != nil {
			return
		}
		go e.serve(conn)
	}
}

func (e *endpoint) serve(conn net.Conn) {
	defer func() { _ = conn.Close() }()
	_ = conn.SetDeadline(time.Now().Add(patience))
	sight := Sight{Server: e.server.Name, Port: e.port.Port, Stage: Connected, Remote: conn.RemoteAddr().String()}
	e.record.add(sight)
	if e.tls != nil {
		secured, err := e.handshake(conn, &sight)
		if err != nil {
			sight.Stage, sight.Failure = TLSFailed, err.Error()
			e.record.add(sight)
			return
		}
		conn = secured
	}
	switch e.port.Protocol {
	case "http", "https":
		e.answerHTTP(conn, sight)
	case "h2c":
		e.answerHTTP2(conn, sight)
	case "connect", "connect-tls":
		e.connect(conn, sight)
	default:
		e.answerLine(conn, sight)
	}
}

func (e *endpoint) handshake(conn net.Conn, sight *Sight) (net.Conn, error) {
	config := e.tls.Clone()
	config.GetConfigForClient = func(client *tls.ClientHelloInfo) (*tls.Config, error) {
		sight.SNI = client.ServerName
		return nil, nil
	}
	secured := tls.Server(conn, config)
	if err := secured.Handshake(); err != nil {
		return nil, err
	}
	sight.Identity = identity(secured.ConnectionState().PeerCertificates)
	return secured, nil
}

func identity(certificates []*x509.Certificate) string {
	switch {
	case len(certificates) == 0:
		return ""
	case len(certificates[0].URIs) > 0:
		return certificates[0].URIs[0].String()
	default:
		return certificates[0].Subject.String()
	}
}

func (e *endpoint) answerLine(conn net.Conn, sight Sight) {
	if e.port.SpeaksFirst {
		if _, err := io.WriteString(conn, greeting); err != nil {
			return
		}
	}
	reader := bufio.NewReader(conn)
	if first, _ := reader.Peek(1); e.tls != nil && bytes.Equal(first, []byte{handshakeRecord}) {
		sight.Stage = TLSInside
		e.record.add(sight)
		return
	}
	line, _ := reader.ReadString('\n')
	if line == "" {
		return // not a byte came
	}
	sight.Stage, sight.Call = PayloadSeen, strings.TrimSpace(strings.TrimPrefix(line, hello))
	if e.take(sight) {
		breakOff(conn)
		return
	}
	_, _ = conn.Write(sight.line())
	if size, err := strconv.ParseInt(strings.TrimPrefix(sight.Call, bulk), 10, 64); err == nil && strings.HasPrefix(sight.Call, bulk) {
		_ = conn.SetDeadline(time.Now().Add(time.Minute))
		_, _ = io.CopyN(conn, zeros{}, size)
	}
}

// handshakeRecord is the first byte of a TLS client.
const handshakeRecord = 0x16

// bulk begins a call that wants so many bytes after the answer.
const bulk = "bulk "

// Ask is what a client sends that wants so many bytes after the answer.
func Ask(bytes int64) string { return fmt.Sprintf("%s%s%d\n", hello, bulk, bytes) }

type zeros struct{}

func (zeros) Read(p []byte) (int, error) {
	clear(p)
	return len(p), nil
}
