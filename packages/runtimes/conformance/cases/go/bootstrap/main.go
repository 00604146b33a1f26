// A bootstrap of the Custom runtime in Go: asks the runtime API for events and answers them, for ever.
package main

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"os"
	"time"
)

func main() {
	base := "http://" + os.Getenv("RUNTIME_API_ADDR") + "/v1/runtime/invocation/"
	for {
		response, err := http.Get(base + "request")
		if err != nil || response.StatusCode != http.StatusOK {
			time.Sleep(50 * time.Millisecond)
			continue
		}
		event, _ := io.ReadAll(response.Body)
		response.Body.Close()
		id := response.Header.Get("X-Cff-Request-Id")
		kind, answer := "response", []byte(`{"from":"go","event":`+string(event)+`}`)
		if bytes.Contains(event, []byte("please-fail")) {
			kind, answer = "error", []byte(`{"errorType":"Bad","errorMessage":"said no"}`)
		}
		fmt.Println("handling", id)
		reply, err := http.Post(base+kind+"/"+id, "", bytes.NewReader(answer))
		if err != nil {
			os.Exit(1)
		}
		reply.Body.Close()
	}
}
