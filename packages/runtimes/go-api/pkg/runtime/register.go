// Package runtime serves a handler to the platform by net/rpc. It has the path, messages and errors of the vendor's
// package.
package runtime

import (
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/rpc"
	"os"
	goruntime "runtime"

	"huaweicloud.com/go-runtime/go-api/context"
)

// Handler is what a user's program registers.
type Handler func(payload []byte, ctx context.RuntimeContext) (interface{}, error)

// InvokeRequest is one event.
type InvokeRequest struct {
	Payload []byte
	Header  http.Header
}

// InvokeResponse is the answer to an event.
type InvokeResponse struct {
	StatusCode int
	Payload    []byte
}

// HealthCheckRequest asks whether the program is up.
type HealthCheckRequest struct{}

// HealthCheckResponse says that it is.
type HealthCheckResponse struct{}

type failure struct {
	ErrorMessage string   `json:"errorMessage"`
	ErrorType    string   `json:"errorType"`
	StackTrace   []string `json:"stackTrace,omitempty"`
}

func (f failure) asError() error {
	text, _ := json.Marshal(f)
	return errors.New(string(text))
}

// Function is the receiver of the calls.
type Function struct{ handler Handler }

// HealthCheck answers as soon as the program listens.
func (f *Function) HealthCheck(_ HealthCheckRequest, _ *HealthCheckResponse) error { return nil }

// Invoke runs the handler once.
func (f *Function) Invoke(request InvokeRequest, response *InvokeResponse) (err error) {
	if request.Payload == nil {
		return errors.New("bad request parameters")
	}
	ctx := newContext(request.Header)
	isAsync := request.Header.Get("X-CFF-Invoke-Type") == "async"
	defer func() {
		if cause := recover(); cause != nil {
			text := ""
			if !isAsync {
				text = fmt.Sprint(cause)
			}
			err = failure{text, "panic", frames()}.asError()
		}
	}()
	value, handlerErr := f.handler(request.Payload, ctx)
	if value == nil {
		return errors.New("response is empty")
	}
	if handlerErr != nil {
		return failure{handlerErr.Error(), "FunctionReturnError", nil}.asError()
	}
	response.StatusCode = 200
	if isAsync {
		return nil
	}
	payload, err := serialise(value)
	if err != nil {
		return err
	}
	if limit := number("RUNTIME_MAX_RESP_BODY_SIZE"); len(payload) > limit {
		text := fmt.Sprintf("Response body size '%d' larger than max value '%d'.", len(payload), limit)
		return failure{text, "FunctionResponseTooLarge", nil}.asError()
	}
	response.Payload = payload
	return nil
}

func serialise(value interface{}) ([]byte, error) {
	switch known := value.(type) {
	case string:
		return []byte(known), nil
	case []byte:
		return known, nil
	default:
		return json.Marshal(value)
	}
}

func frames() []string {
	counters := make([]uintptr, 32)
	found := goruntime.CallersFrames(counters[:goruntime.Callers(4, counters)])
	var texts []string
	for {
		frame, more := found.Next()
		texts = append(texts, frame.Function+"()", fmt.Sprintf("    %s:%d", frame.File, frame.Line))
		if !more {
			return texts
		}
	}
}

// Register serves the handler on the address that the platform gave, until the program ends.
func Register(handler Handler) {
	if err := rpc.Register(&Function{handler}); err != nil {
		panic(err)
	}
	rpc.HandleHTTP()
	listener, err := net.Listen("tcp", os.Getenv("RUNTIME_API_ADDR"))
	if err != nil {
		panic(err)
	}
	fmt.Fprintln(os.Stderr, http.Serve(listener, nil))
}
