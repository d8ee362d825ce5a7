package outside

import (
	"bufio"
	"context"
	"crypto/tls"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"os"
	"time"

	"github.com/cdk8s-istio-egress/conformance/internal/network"
	"github.com/cdk8s-istio-egress/conformance/internal/world"
)

const (
	callHeader = "X-Lab-Call"
	listening  = 150 * time.Millisecond
)

// Attempt is one connection that a pod opens.
type Attempt struct {
	// ID is sent inside, so that a server's sight and an answer belong to this attempt alone.
	ID       string
	Address  string
	Protocol string
	SNI      string
	Host     string
	// AwaitGreeting lets the server speak first.
	AwaitGreeting bool
	// Method, Path and Headers, if set, are the request's.
	Method, Path string
	Headers      map[string]string
	// Upgrade, if set, is asked for; Sends is the length of the request's body.
	Upgrade string
	Sends   int64
	// Listen waits a moment for a server that might speak first.
	Listen bool
	// Outer, if set, is mutual TLS around everything; Bypass goes around the sidecar.
	Outer  *tls.Config
	Bypass bool
}

// Outcome is what the client saw.
type Outcome struct {
	Local    string
	Answer   *Sight
	Status   int
	Greeting bool
	// Dialled, Secured (the outer TLS) say how far it came; Err is where it ended.
	Dialled, Secured bool
	Err              error
	Took             time.Duration
}

// MeshClient is the TLS of a compromised pod: its own certificate, and no
// interest in whom it talks to.
func MeshClient(leaf *world.Leaf, sni string) *tls.Config {
	return &tls.Config{
		// whatever authorities the server asks for: Certificates would be held back from one that asks for others
		GetClientCertificate: func(*tls.CertificateRequestInfo) (*tls.Certificate, error) { return &leaf.TLS, nil },
		ServerName:           sni, InsecureSkipVerify: true, //nolint:gosec // an attacker
		NextProtos: []string{"istio"},
	}
}

// Do makes the attempt from inside a namespace.
func Do(ctx context.Context, from *network.Namespace, attempt Attempt) (outcome Outcome) {
	start := time.Now()
	defer func() { outcome.Took = time.Since(start) }()
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	conn, err := from.Dial(ctx, attempt.Address, attempt.Bypass)
	if err != nil {
		outcome.Err = err
		return outcome
	}
	defer func() { _ = conn.Close() }()
	outcome.Dialled, outcome.Local = true, conn.LocalAddr().String()
	_ = conn.SetDeadline(time.Now().Add(patience))
	if attempt.Outer != nil {
		secured := tls.Client(conn, attempt.Outer)
		if outcome.Err = secured.HandshakeContext(ctx); outcome.Err != nil {
			return outcome
		}
		conn = secured
	}
	outcome.Secured = true
	if attempt.Protocol == "tls" || attempt.Protocol == "https" {
		secured := tls.Client(conn, &tls.Config{ServerName: attempt.SNI, InsecureSkipVerify: true}) //nolint:gosec // who answered is in the answer
		if outcome.Err = secured.HandshakeContext(ctx); outcome.Err != nil {
			return outcome
		}
		conn = secured
	}
	switch attempt.Protocol {
	case "h2c":
		outcome.Err = askHTTP2(ctx, conn, attempt, &outcome)
	case "http", "https":
		outcome.Err = askHTTP(conn, attempt, &outcome)
	default:
		outcome.Err = askLine(conn, attempt, &outcome)
	}
	return outcome
}

func askLine(conn net.Conn, attempt Attempt, outcome *Outcome) error {
	reader := bufio.NewReader(conn)
	if attempt.AwaitGreeting || attempt.Listen {
		if !attempt.AwaitGreeting {
			_ = conn.SetReadDeadline(time.Now().Add(listening))
		}
		line, err := reader.ReadString('\n')
		silent := errors.Is(err, os.ErrDeadlineExceeded) && !attempt.AwaitGreeting
		if err != nil && !silent {
			return fmt.Errorf("no greeting: %w", err)
		}
		outcome.Greeting = line == greeting
		_ = conn.SetDeadline(time.Now().Add(patience))
	}
	if _, err := fmt.Fprintf(conn, "%s%s\n", hello, attempt.ID); err != nil {
		return err
	}
	for {
		line, err := reader.ReadString('\n')
		if err != nil {
			return err
		}
		if line == greeting {
			outcome.Greeting = true
			continue
		}
		return outcome.take(line, attempt.ID)
	}
}

func (o *Outcome) take(line, id string) error {
	sight := &Sight{}
	if err := json.Unmarshal([]byte(line), sight); err != nil {
		return fmt.Errorf("not a server of the lab: %.80q", line)
	}
	if sight.Call != id {
		return fmt.Errorf("the answer belongs to call %q", sight.Call)
	}
	o.Answer = sight
	return nil
}
