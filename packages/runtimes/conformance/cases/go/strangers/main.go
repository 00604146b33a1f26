// Programs that are up but do not behave as the runtime library does; the name they are started under says how.
package main

import (
	"io"
	"net"
	"net/http"
	"net/rpc"
	"os"
	"path/filepath"
)

type nested struct {
	Label string
	Inner []map[string]float64
	Again *nested
}

// Reply is a richer answer than the contract has: unknown fields and types precede and separate its own.
type Reply struct {
	Notes      map[string][]string
	Extra      nested
	StatusCode int32
	Any        interface{}
	Ratio      complex128
	Numbers    [3]uint16
	Payload    []byte
	Last       bool
}

// Function has the methods of the contract with other types.
type Function struct{}

// HealthCheck agrees.
func (Function) HealthCheck(struct{}, *struct{}) error { return nil }

// Invoke answers with everything gob can carry.
func (Function) Invoke(request struct{ Payload []byte }, answer *Reply) error {
	*answer = Reply{
		Notes: map[string][]string{"a": {"b", "c"}, "": nil}, StatusCode: 200, Any: "text", Ratio: 1 + 2i,
		Extra:   nested{Label: "outer", Inner: []map[string]float64{{"x": 1.5}, nil}, Again: &nested{Label: "inner"}},
		Numbers: [3]uint16{1, 2, 65535}, Payload: append([]byte("seen "), request.Payload...), Last: true,
	}
	return nil
}

func main() {
	listener, err := net.Listen("tcp", os.Getenv("RUNTIME_API_ADDR"))
	if err != nil {
		os.Exit(1)
	}
	switch filepath.Base(os.Args[0]) {
	case "richer":
		if rpc.Register(Function{}) != nil {
			os.Exit(1)
		}
		rpc.HandleHTTP()
		_ = http.Serve(listener, nil)
	case "web":
		_ = http.Serve(listener, http.NotFoundHandler())
	case "noise":
		for {
			connection, err := listener.Accept()
			if err != nil {
				return
			}
			go func() {
				_, _ = io.ReadFull(connection, make([]byte, 10))
				_, _ = connection.Write([]byte("HTTP/1.0 200 Connected to Go RPC\n\n"))
				_, _ = io.ReadFull(connection, make([]byte, 20))
				_, _ = connection.Write([]byte{0xfc, 0xff, 0xff, 0xff, 0xff, 1, 2, 3})
			}()
		}
	}
}
