package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"time"
)

type failure struct {
	ErrorType    string `json:"errorType"`
	ErrorMessage string `json:"errorMessage"`
}

// serve runs handle for one event after the other, for ever. A panic ends the program: the next request gets a new
// instance.
func serve(handle func([]byte) (interface{}, error)) {
	base := "http://" + os.Getenv("RUNTIME_API_ADDR") + "/v1/runtime/invocation/"
	for {
		id, event, err := next(base)
		if err != nil {
			time.Sleep(50 * time.Millisecond)
			continue
		}
		fmt.Println("request", id)
		kind := "response"
		value, err := handle(event)
		if err != nil {
			kind, value = "error", failure{"HandlerError", err.Error()}
		}
		body, err := json.Marshal(value)
		if err != nil {
			kind = "error"
			body, _ = json.Marshal(failure{"AnswerError", err.Error()})
		}
		if err := post(base+kind+"/"+id, body); err != nil {
			fmt.Fprintln(os.Stderr, "cannot answer:", err)
			os.Exit(1)
		}
	}
}

func next(base string) (string, []byte, error) {
	response, err := http.Get(base + "request")
	if err != nil {
		return "", nil, err
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusOK {
		return "", nil, fmt.Errorf("status %d", response.StatusCode)
	}
	event, err := io.ReadAll(response.Body)
	return response.Header.Get("X-Cff-Request-Id"), event, err
}

func post(url string, body []byte) error {
	response, err := http.Post(url, "application/json", bytes.NewReader(body))
	if err != nil {
		return err
	}
	return response.Body.Close()
}
