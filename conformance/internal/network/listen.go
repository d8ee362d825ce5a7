package network

import (
	"encoding/binary"
	"net/netip"
	"sync"
	"time"

	"golang.org/x/sys/unix"
)

// Packet is the payload of a TCP segment that went through the router.
type Packet struct {
	From, To netip.AddrPort
	Payload  []byte
}

// Tap reads along what goes through the router.
type Tap struct {
	descriptor int
	mu         sync.Mutex
	keep       func(Packet)
	done       chan struct{}
}

const longest = 1 << 16

// Tap hands every TCP payload that goes through the router to a function, each at least once.
func (n *Network) Tap(keep func(Packet)) (*Tap, error) {
	t := &Tap{keep: keep, done: make(chan struct{})}
	err := n.router.Do(func() (err error) {
		all := binary.NativeEndian.Uint16(binary.BigEndian.AppendUint16(nil, unix.ETH_P_IP))
		if t.descriptor, err = unix.Socket(unix.AF_PACKET, unix.SOCK_DGRAM|unix.SOCK_CLOEXEC, int(all)); err != nil {
			return err
		}
		_ = unix.SetsockoptInt(t.descriptor, unix.SOL_SOCKET, unix.SO_RCVBUF, 4<<20)
		return unix.SetsockoptTimeval(t.descriptor, unix.SOL_SOCKET, unix.SO_RCVTIMEO, &unix.Timeval{Usec: int64(100 * time.Millisecond / time.Microsecond)})
	})
	if err != nil {
		return nil, err
	}
	go t.read()
	return t, nil
}

// Stop ends it.
func (t *Tap) Stop() {
	t.mu.Lock()
	t.keep = nil
	t.mu.Unlock()
	<-t.done
}

func (t *Tap) read() {
	defer close(t.done)
	defer func() { _ = unix.Close(t.descriptor) }()
	buffer := make([]byte, longest)
	for {
		length, _, err := unix.Recvfrom(t.descriptor, buffer, 0)
		t.mu.Lock()
		keep := t.keep
		t.mu.Unlock()
		if keep == nil {
			return
		}
		if err != nil {
			continue
		}
		if packet, ok := parse(buffer[:length]); ok {
			keep(packet)
		}
	}
}

// parse reads an IPv4 packet with bytes of TCP in it.
func parse(raw []byte) (Packet, bool) {
	const least, tcp = 20, 6
	if len(raw) < least || raw[0]>>4 != 4 || raw[9] != tcp {
		return Packet{}, false
	}
	header, total := int(raw[0]&0xf)*4, int(binary.BigEndian.Uint16(raw[2:]))
	if total > len(raw) || total < header+least {
		return Packet{}, false
	}
	segment := raw[header:total]
	offset := int(segment[12]>>4) * 4
	if offset >= len(segment) {
		return Packet{}, false
	}
	end := func(address []byte, port []byte) netip.AddrPort {
		return netip.AddrPortFrom(netip.AddrFrom4([4]byte(address)), binary.BigEndian.Uint16(port))
	}
	return Packet{From: end(raw[12:16], segment[0:2]), To: end(raw[16:20], segment[2:4]), Payload: segment[offset:]}, true
}
