package outside

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"

	"golang.org/x/net/http2"
)

func (a Attempt) request() (*http.Request, error) {
	var body io.Reader
	if a.Sends > 0 {
		body = io.LimitReader(zeros{}, a.Sends)
	}
	path := "/"
	if a.Path != "" {
		path = a.Path
	}
	request, err := http.NewRequest(a.Method, "http://"+a.Host+path, body)
	if err != nil {
		return nil, err
	}
	request.ContentLength = a.Sends
	for name, value := range a.Headers {
		request.Header.Set(name, value)
	}
	request.Header.Set(callHeader, a.ID)
	return request, nil
}

func askHTTP(conn net.Conn, attempt Attempt, outcome *Outcome) error {
	request, err := attempt.request()
	if err != nil {
		return err
	}
	if attempt.Upgrade == "" {
		request.Close = true
	} else {
		request.Header.Set("Connection", "Upgrade")
		request.Header.Set("Upgrade", attempt.Upgrade)
	}
	if err := request.Write(conn); err != nil {
		return err
	}
	reader := bufio.NewReader(conn)
	response, err := http.ReadResponse(reader, request)
	if err != nil {
		return err
	}
	if response.StatusCode == http.StatusSwitchingProtocols {
		outcome.Status = response.StatusCode
		return askUpgraded(conn, reader, attempt, outcome)
	}
	return outcome.read(response, attempt.ID)
}

// askUpgraded speaks bytes on what was HTTP.
func askUpgraded(conn net.Conn, reader *bufio.Reader, attempt Attempt, outcome *Outcome) error {
	if _, err := fmt.Fprintf(conn, "%s%s\n", hello, attempt.ID); err != nil {
		return err
	}
	line, err := reader.ReadString('\n')
	if err != nil {
		return err
	}
	return outcome.take(line, attempt.ID)
}

func askHTTP2(ctx context.Context, conn net.Conn, attempt Attempt, outcome *Outcome) error {
	request, err := attempt.request()
	if err != nil {
		return err
	}
	client, err := (&http2.Transport{AllowHTTP: true}).NewClientConn(conn)
	if err != nil {
		return err
	}
	response, err := client.RoundTrip(request.WithContext(ctx))
	if err != nil {
		return err
	}
	return outcome.read(response, attempt.ID)
}

func (o *Outcome) read(response *http.Response, id string) error {
	defer func() { _ = response.Body.Close() }()
	o.Status = response.StatusCode
	body, err := io.ReadAll(response.Body)
	if err != nil {
		return err
	}
	if !strings.HasPrefix(string(body), "{") {
		return fmt.Errorf("HTTP %d without a server behind it: %.80q", response.StatusCode, body)
	}
	return o.take(string(body), id)
}
