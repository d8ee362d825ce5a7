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
	e.see(request, &sight)
	if upgrade := request.Header.Get("Upgrade"); upgrade != "" {
		fmt.Fprintf(conn, "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: %s\r\n\r\n", upgrade)
		if line, err := reader.ReadString('\n'); err == nil && strings.HasPrefix(line, hello) {
			_, _ = conn.Write(sight.line())
		}
		return
	}
	body := sight.line()
	// closing makes the proxies on the way close, and log, at once
	fmt.Fprintf(conn, "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\nConnection: close\r\n\r\n%s", len(body), body)
}

func (e *endpoint) answerHTTP2(conn net.Conn, sight Sight) {
	(&http2.Server{}).ServeConn(conn, &http2.ServeConnOpts{Handler: http.HandlerFunc(func(writer http.ResponseWriter, request *http.Request) {
		e.see(request, &sight)
		writer.Header().Set("Content-Type", "application/json")
		writer.Header().Set("Connection", "close")
		_, _ = writer.Write(sight.line())
	})})
}

// see reads a request to its end.
func (e *endpoint) see(request *http.Request, sight *Sight) {
	sight.Stage, sight.Call, sight.Host, sight.Path = PayloadSeen, request.Header.Get(callHeader), request.Host, request.RequestURI
	sight.Headers = map[string]string{}
	for name, values := range request.Header {
		sight.Headers[strings.ToLower(name)] = strings.Join(values, ", ")
	}
	sight.Received, _ = io.Copy(io.Discard, request.Body)
	e.record.add(*sight)
}
