// One program with every handler of the tests. Which one it is says the name it is started under, so that each handler
// is, as the platform wants it, the name of an executable.
package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"huaweicloud.com/go-runtime/go-api/context"
	"huaweicloud.com/go-runtime/pkg/runtime"
)

var handlers = map[string]runtime.Handler{
	"echo": func(payload []byte, _ context.RuntimeContext) (interface{}, error) {
		var event interface{}
		err := json.Unmarshal(payload, &event)
		return event, err
	},
	"raw":           func(payload []byte, _ context.RuntimeContext) (interface{}, error) { return payload, nil },
	"text":          func([]byte, context.RuntimeContext) (interface{}, error) { return "plain 文字", nil },
	"nothing":       func([]byte, context.RuntimeContext) (interface{}, error) { return "", nil },
	"null":          func([]byte, context.RuntimeContext) (interface{}, error) { return nil, errors.New("lost") },
	"number":        func([]byte, context.RuntimeContext) (interface{}, error) { return 42.5, nil },
	"bool":          func([]byte, context.RuntimeContext) (interface{}, error) { return true, nil },
	"entry.handler": func([]byte, context.RuntimeContext) (interface{}, error) { return "from dir", nil },
	"big": func(payload []byte, _ context.RuntimeContext) (interface{}, error) {
		event := struct{ Size int }{}
		err := json.Unmarshal(payload, &event)
		return strings.Repeat("x", event.Size), err
	},
	"length": func(payload []byte, _ context.RuntimeContext) (interface{}, error) {
		event := struct{ Text string }{}
		err := json.Unmarshal(payload, &event)
		return len(event.Text), err
	},
	"fails": func([]byte, context.RuntimeContext) (interface{}, error) { return "x", errors.New("went wrong") },
	"long": func([]byte, context.RuntimeContext) (interface{}, error) {
		return "x", errors.New(strings.Repeat("x", 7000000))
	},
	"panics":   func([]byte, context.RuntimeContext) (interface{}, error) { panic("out of ideas") },
	"circular": func([]byte, context.RuntimeContext) (interface{}, error) { return make(chan int), nil },
	"exits": func([]byte, context.RuntimeContext) (interface{}, error) {
		fmt.Println("last words")
		os.Exit(3)
		return nil, nil
	},
	"fatal": func([]byte, context.RuntimeContext) (interface{}, error) {
		go func() { panic("in a goroutine") }()
		select {}
	},
	"sleeps": func([]byte, context.RuntimeContext) (interface{}, error) { time.Sleep(time.Hour); return nil, nil },
	"allocates": func([]byte, context.RuntimeContext) (interface{}, error) {
		var kept [][]byte
		for {
			block := make([]byte, 8<<20)
			for at := range block {
				block[at] = 1
			}
			kept = append(kept, block)
			if len(kept) > 1<<20 {
				return len(kept), nil
			}
		}
	},
	"logs":    logs,
	"meet":    meet,
	"context": describe,
	"handler": describe,
	"stream":  stream,

	"lanes.note":      note,
	"lanes.remaining": remaining,
	"lanes.exits":     exitsInSecond,
}

func logs(_ []byte, ctx context.RuntimeContext) (interface{}, error) {
	ctx.GetLogger().Logf("info %s %d", "text", 7)
	fmt.Println("printed 中文")
	fmt.Fprintln(os.Stderr, "to stderr")
	fmt.Print("no line break")
	return "ok", nil
}

var arrived sync.WaitGroup

// Answers only when both requests have arrived: proof that they run at the same time.
func meet(payload []byte, ctx context.RuntimeContext) (interface{}, error) {
	event := struct{ Name string }{}
	if err := json.Unmarshal(payload, &event); err != nil {
		return nil, err
	}
	arrived.Done()
	arrived.Wait()
	ctx.GetLogger().Logf("met %s", event.Name)
	return "met as " + event.Name, nil
}

func describe(_ []byte, ctx context.RuntimeContext) (interface{}, error) {
	remaining := ctx.GetRemainingTimeInMilliSeconds()
	folder, err := os.Getwd()
	return map[string]interface{}{
		"requestId": ctx.GetRequestID(), "accessKey": ctx.GetAccessKey(), "secretKey": ctx.GetSecretKey(),
		"securityAccessKey": ctx.GetSecurityAccessKey(), "securitySecretKey": ctx.GetSecuritySecretKey(),
		"securityToken": ctx.GetSecurityToken(), "token": ctx.GetToken(), "name": ctx.GetFunctionName(),
		"version": ctx.GetVersion(), "project": ctx.GetProjectID(), "package": ctx.GetPackage(), "alias": ctx.GetAlias(),
		"tag": ctx.GetOriginVersionTag(), "timeout": ctx.GetRunningTimeInSeconds(), "memory": ctx.GetMemorySize(),
		"cpu": ctx.GetCPUNumber(), "userData": ctx.GetUserData("KEY"), "missing": ctx.GetUserData("NONE"),
		"flow":      ctx.GetWorkflowID() + "/" + ctx.GetWorkflowRunID() + "/" + ctx.GetWorkflowStateID(),
		"remaining": remaining > 0 && remaining <= 1000*ctx.GetRunningTimeInSeconds(), "env": os.Getenv("KEY"),
		"link": os.Getenv("FUNCGRAPH_LINK"), "folder": folder, "uid": os.Getuid(),
	}, err
}

func main() {
	name := filepath.Base(os.Args[0])
	switch name {
	case "leaves":
		fmt.Fprintln(os.Stderr, "no configuration")
		os.Exit(7)
	case "meet":
		arrived.Add(2)
	}
	fmt.Println("program is up")
	runtime.Register(handlers[name])
}
