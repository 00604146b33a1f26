package main

import (
	"encoding/json"
	"fmt"
	"os"
	"strconv"
	"time"

	"huaweicloud.com/go-runtime/go-api/context"
)

// The cases of lanes: the same names as in the other languages.

type laneEvent struct{ N, Ms int }

func note(payload []byte, _ context.RuntimeContext) (interface{}, error) {
	event := laneEvent{}
	err := json.Unmarshal(payload, &event)
	fmt.Println("begin", event.N)
	time.Sleep(time.Duration(event.Ms) * time.Millisecond)
	fmt.Println("end", event.N)
	return strconv.Itoa(event.N), err
}

func remaining(payload []byte, ctx context.RuntimeContext) (interface{}, error) {
	event := laneEvent{}
	err := json.Unmarshal(payload, &event)
	left := ctx.GetRemainingTimeInMilliSeconds()
	time.Sleep(time.Duration(event.Ms) * time.Millisecond)
	return strconv.Itoa(left), err
}

func exitsInSecond(payload []byte, _ context.RuntimeContext) (interface{}, error) {
	event := laneEvent{}
	err := json.Unmarshal(payload, &event)
	if event.N == 2 {
		os.Exit(3)
	}
	return strconv.Itoa(event.N), err
}
