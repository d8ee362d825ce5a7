package outside

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"

	"golang.org/x/net/http2"
)

func (e *endpoint) answerHTTP(conn net.Conn, sight Sight) {
	reader := bufio.NewReader(conn)
	request, err := http.ReadRequest(reader)
	if err != nil {
		return
	}
	if e.see(request, &sight) {
		e.failHTTP(conn, sight)
		return
	}
	if upgrade := request.Header.Get("Upgrade"); upgrade != "" {
		fmt.Fprintf(conn, "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: %s\r\n\r\n", upgrade)
		if line, err := reader.ReadString('\n'); err == nil && strings.HasPrefix(line, hello) {
			_, _ = conn.Write(sight.line())
		}
		return
	}
	answer(conn, http.StatusOK, sight.line())
}

func (e *endpoint) answerHTTP2(conn net.Conn, sight Sight) {
	(&http2.Server{}).ServeConn(conn, &http2.ServeConnOpts{Handler: http.HandlerFunc(func(writer http.ResponseWriter, request *http.Request) {
		fails := e.see(request, &sight)
		if fails && e.port.Fails.By == byReset {
			breakOff(conn)
			return
		}
		writer.Header().Set("Content-Type", "application/json")
		writer.Header().Set("Connection", "close")
		if fails {
			writer.Header().Set("Grpc-Status", unavailable)
			writer.WriteHeader(http.StatusServiceUnavailable)
		}
		_, _ = writer.Write(sight.line())
	})})
}

// unavailable is gRPC's status for what HTTP calls 503.
const unavailable = "14"

func (e *endpoint) failHTTP(conn net.Conn, sight Sight) {
	if e.port.Fails.By == byReset {
		breakOff(conn)
		return
	}
	answer(conn, http.StatusServiceUnavailable, sight.line())
}

func answer(conn net.Conn, status int, body []byte) {
	// closing makes the proxies on the way close, and log, at once
	fmt.Fprintf(conn, "HTTP/1.1 %d %s\r\nContent-Type: application/json\r\nContent-Length: %d\r\nConnection: close\r\n\r\n%s",
		status, http.StatusText(status), len(body), body)
}

// see reads a request to its end, and tells whether it is to fail.
func (e *endpoint) see(request *http.Request, sight *Sight) (fails bool) {
	sight.Stage, sight.Call, sight.Host, sight.Path = PayloadSeen, request.Header.Get(callHeader), request.Host, request.RequestURI
	sight.Headers = map[string]string{}
	for name, values := range request.Header {
		sight.Headers[strings.ToLower(name)] = strings.Join(values, ", ")
	}
	sight.Received, _ = io.Copy(io.Discard, request.Body)
	return e.take(*sight)
}
