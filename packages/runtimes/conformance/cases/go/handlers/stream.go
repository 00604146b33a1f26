package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"time"

	"huaweicloud.com/go-runtime/go-api/context"
)

var steps = make(chan struct{}, 100)

// Sends what `write` writes to the address that the context gives, as the answer of the request.
func send(ctx context.RuntimeContext, write func(out io.Writer) error) error {
	reader, writer := io.Pipe()
	request, err := http.NewRequest("POST", "http://"+ctx.GetStreamAddr()+"/v1/stream/"+ctx.GetStreamRunID(), reader)
	if err != nil {
		return err
	}
	request.Header.Set("X-Stream-Token", ctx.GetStreamToken())
	request.Header.Set("X-Stream-Status", "201")
	request.Header.Set("X-Stream-Header-X-Made-By", "go")
	request.Header.Set("Content-Type", "text/event-stream")
	go func() { writer.CloseWithError(write(writer)) }()
	response, err := http.DefaultClient.Do(request)
	if err == nil {
		response.Body.Close()
	}
	return err
}

func stream(payload []byte, ctx context.RuntimeContext) (interface{}, error) {
	event := struct {
		Go, Fail, Endless bool
		Count             int
		Path              string
	}{}
	if err := json.Unmarshal(payload, &event); err != nil {
		return nil, err
	}
	if event.Go || event.Path == "/go" {
		steps <- struct{}{}
		return map[string]interface{}{"statusCode": 200, "body": "went"}, nil
	}
	if ctx.GetStreamEnable() != "true" {
		return "not streamed", nil
	}
	if event.Path == "/endless" || event.Endless {
		err := send(ctx, func(out io.Writer) error {
			for {
				if _, err := io.WriteString(out, "data: tick\n\n"); err != nil {
					return err
				}
				time.Sleep(5 * time.Millisecond)
			}
		})
		ctx.GetLogger().Logf("ended: %t", err != nil)
		return "", nil
	}
	err := send(ctx, func(out io.Writer) error {
		for at := 0; at < 3; at++ {
			if _, err := fmt.Fprintf(out, "data: %d\n\n", at); err != nil {
				return err
			}
			<-steps
		}
		return nil
	})
	if event.Path == "/fail" || event.Fail {
		return "x", errors.New("failed at the end")
	}
	return "", err
}
