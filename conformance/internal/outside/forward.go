package outside

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
)

// connect is a forward proxy: it dials what CONNECT asks for, and copies bytes.
func (e *endpoint) connect(conn net.Conn, sight Sight) {
	reader := bufio.NewReader(conn)
	request, err := http.ReadRequest(reader)
	if err != nil || request.Method != http.MethodConnect {
		fmt.Fprint(conn, "HTTP/1.1 405 Method Not Allowed\r\nContent-Length: 0\r\n\r\n")
		return
	}
	sight.Stage, sight.Target = Proxied, request.Host
	onward, err := e.dial(request.Host)
	if err != nil {
		sight.Failure = err.Error()
		e.record.add(sight)
		fmt.Fprint(conn, "HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\n\r\n")
		return
	}
	defer func() { _ = onward.Close() }()
	sight.Onward = onward.LocalAddr().String()
	e.record.add(sight)
	if _, err := fmt.Fprint(conn, "HTTP/1.1 200 OK\r\n\r\n"); err != nil {
		return
	}
	go func() {
		_, _ = io.Copy(onward, reader)
		_ = onward.Close()
	}()
	_, _ = io.Copy(conn, onward)
}

func (e *endpoint) dial(target string) (net.Conn, error) {
	host, port, err := net.SplitHostPort(target)
	if err != nil {
		return nil, err
	}
	if net.ParseIP(host) == nil {
		resolved := e.resolve(host)
		if len(resolved) == 0 {
			return nil, fmt.Errorf("no such name as %s", host)
		}
		host = resolved[0]
	}
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	return e.namespace.DialFrom(ctx, e.server.Addresses[0], net.JoinHostPort(host, port))
}
