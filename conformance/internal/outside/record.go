// Package outside are the servers outside the mesh, and the clients that call them.
package outside

import (
	"encoding/json"
	"sync"
)

// Stage is how far a connection came at a server.
type Stage string

// The stages.
const (
	Connected   Stage = "connected"
	TLSFailed   Stage = "TLS failed"
	PayloadSeen Stage = "payload"
	// TLSInside: what came inside the server's TLS was another TLS.
	TLSInside Stage = "TLS inside"
	// Reset: the server got the request, and broke off.
	Reset Stage = "reset"
	// Proxied: a forward proxy was asked for Target, and went on from Onward.
	Proxied Stage = "proxied"
)

// Sight is what a server saw of one connection; it is also its answer.
type Sight struct {
	Server   string `json:"server"`
	Port     int    `json:"port"`
	Stage    Stage  `json:"stage"`
	Call     string `json:"call"`
	Remote   string `json:"remote"`
	SNI      string `json:"sni"`
	Identity string `json:"identity"`
	Host     string `json:"host"`
	Path     string `json:"path,omitempty"`
	Failure  string `json:"failure,omitempty"`
	Target   string `json:"target,omitempty"`
	Onward   string `json:"onward,omitempty"`
	// Received counts the bytes of the request's body; Headers are those of the request.
	Received int64             `json:"received,omitempty"`
	Headers  map[string]string `json:"headers,omitempty"`
}

func (s Sight) line() []byte {
	raw, err := json.Marshal(s)
	if err != nil {
		panic(err)
	}
	return append(raw, '\n')
}

// Record holds the sights of all servers in their order.
type Record struct {
	mu     sync.Mutex
	sights []Sight
}

// Mark is a moment in the record.
func (r *Record) Mark() int {
	r.mu.Lock()
	defer r.mu.Unlock()
	return len(r.sights)
}

// Since are the sights after a mark.
func (r *Record) Since(mark int) []Sight {
	r.mu.Lock()
	defer r.mu.Unlock()
	return append([]Sight(nil), r.sights[mark:]...)
}

// asked counts the requests of a call that a server has got at a port so far.
func (r *Record) asked(server string, port int, call string) int {
	r.mu.Lock()
	defer r.mu.Unlock()
	count := 0
	for _, sight := range r.sights {
		if sight.Stage == PayloadSeen && sight.Server == server && sight.Port == port && sight.Call == call {
			count++
		}
	}
	return count
}

func (r *Record) add(sight Sight) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.sights = append(r.sights, sight)
}
