package live

import (
	"bufio"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"strconv"
	"sync"
	"time"

	"github.com/cdk8s-istio-egress/conformance/internal/network"
	"github.com/cdk8s-istio-egress/conformance/internal/outside"
	"github.com/cdk8s-istio-egress/conformance/internal/process"
	"github.com/cdk8s-istio-egress/conformance/internal/world"
)

// Volume is how much load a call is put to.
type Volume struct {
	Connections, Parallel int
	// Bytes go over one more connection, from the server to the client.
	Bytes int64
}

// Load is what a call under load took, of the gateway's containers together.
type Load struct {
	ConnectionsPerSecond float64 `json:"connectionsPerSecond"`
	MegabytesPerSecond   float64 `json:"megabytesPerSecond"`
	// ConnectionCPU and MegabyteCPU are milliseconds of the gateway's CPU.
	ConnectionCPU float64 `json:"cpuMillisecondsPerConnection"`
	MegabyteCPU   float64 `json:"cpuMillisecondsPerMegabyte"`
	// Memory is the resident memory of the gateway in MB after it.
	Memory float64 `json:"memoryMegabytes"`
}

// Load makes one TLS call again and again, through the sidecar and the gateway.
func (r *Run) Load(call world.Call, volume Volume) (Load, error) {
	addresses := r.world.Resolve(call.To.Host)
	if len(addresses) == 0 {
		return Load{}, fmt.Errorf("nobody is called %s", call.To.Host)
	}
	address, from := net.JoinHostPort(addresses[0], strconv.Itoa(call.To.Port)), r.pods[r.world.Callers[call.Name]]
	one := func(bytes int64) error { return transfer(from, address, call.SentSNI(), bytes) }
	if err := repeat(volume.Parallel*4, volume.Parallel, one); err != nil {
		return Load{}, err
	}
	var load Load
	cpu, seconds, err := r.measured(func() error { return repeat(volume.Connections, volume.Parallel, one) })
	if err != nil {
		return load, err
	}
	load.ConnectionsPerSecond = float64(volume.Connections) / seconds
	load.ConnectionCPU = cpu * 1000 / float64(volume.Connections)
	megabytes := float64(volume.Bytes) / 1e6
	if cpu, seconds, err = r.measured(func() error { return one(volume.Bytes) }); err != nil {
		return load, err
	}
	load.MegabytesPerSecond, load.MegabyteCPU = megabytes/seconds, cpu*1000/megabytes
	usage, err := r.gatewayUsage()
	load.Memory = usage.Memory / 1e6
	return load, err
}

// measured are the gateway's CPU seconds and the seconds of the clock that f takes.
func (r *Run) measured(f func() error) (cpu, seconds float64, err error) {
	before, err := r.gatewayUsage()
	if err != nil {
		return 0, 0, err
	}
	start := time.Now()
	if err := f(); err != nil {
		return 0, 0, err
	}
	seconds = time.Since(start).Seconds()
	after, err := r.gatewayUsage()
	return after.CPU - before.CPU, seconds, err
}

func (r *Run) gatewayUsage() (total process.Usage, err error) {
	for _, envoy := range r.envoys {
		if envoy.Pod.Role == world.InGateway {
			err = errors.Join(err, total.Add(envoy.Usage()))
		}
	}
	for _, nginx := range r.nginxes {
		err = errors.Join(err, total.Add(nginx.Usage()))
	}
	return total, err
}

func repeat(times, parallel int, one func(int64) error) error {
	work := make(chan struct{})
	failures := make(chan error, parallel)
	var workers sync.WaitGroup
	for range parallel {
		workers.Add(1)
		go func() {
			defer workers.Done()
			var failed error
			for range work {
				if failed == nil {
					failed = one(0)
				}
			}
			failures <- failed
		}()
	}
	for range times {
		work <- struct{}{}
	}
	close(work)
	workers.Wait()
	close(failures)
	var err error
	for failure := range failures {
		err = errors.Join(err, failure)
	}
	return err
}

// transfer makes a connection, and reads what the server answers and so many bytes more.
func transfer(from *network.Namespace, address, sni string, bytes int64) error {
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	conn, err := from.Dial(ctx, address, false)
	if err != nil {
		return err
	}
	secured := tls.Client(conn, &tls.Config{ServerName: sni, InsecureSkipVerify: true}) //nolint:gosec // the way is measured, not the server
	defer func() { _ = secured.Close() }()
	_ = secured.SetDeadline(time.Now().Add(time.Minute))
	if _, err := io.WriteString(secured, outside.Ask(bytes)); err != nil {
		return err
	}
	reader := bufio.NewReaderSize(secured, 1<<16)
	if _, err := reader.ReadString('\n'); err != nil {
		return err
	}
	got, err := io.Copy(io.Discard, reader)
	if err == nil && got != bytes {
		err = fmt.Errorf("%d bytes of %d came", got, bytes)
	}
	return err
}
