// A function in Go without any library: it asks the runtime API for events and answers them.
package main

import "encoding/json"

type request struct {
	Name string `json:"name"`
}

type answer struct {
	Message string `json:"message"`
}

// handle is the function itself; everything else is how it is called.
func handle(event []byte) (interface{}, error) {
	var asked request
	if err := json.Unmarshal(event, &asked); err != nil {
		return nil, err
	}
	if asked.Name == "" {
		asked.Name = "World"
	}
	return answer{Message: "Hello, " + asked.Name + "!"}, nil
}

func main() { serve(handle) }
