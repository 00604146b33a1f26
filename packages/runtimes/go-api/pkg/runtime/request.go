package runtime

import (
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"strconv"
	"time"

	"huaweicloud.com/go-runtime/go-api/context"
)

type requestContext struct {
	header   http.Header
	deadline time.Time
}

func number(name string) int {
	value, _ := strconv.Atoi(os.Getenv(name))
	return value
}

func newContext(header http.Header) *requestContext {
	timeout := time.Duration(number("RUNTIME_TIMEOUT")) * time.Second
	return &requestContext{header: header, deadline: time.Now().Add(timeout)}
}

func (c *requestContext) GetRequestID() string         { return c.header.Get("X-CFF-Request-Id") }
func (c *requestContext) GetRunningTimeInSeconds() int { return number("RUNTIME_TIMEOUT") }
func (c *requestContext) GetAccessKey() string         { return c.header.Get("X-CFF-Access-Key") }
func (c *requestContext) GetSecretKey() string         { return c.header.Get("X-CFF-Secret-Key") }
func (c *requestContext) GetSecurityAccessKey() string {
	return c.header.Get("X-CFF-Security-Access-Key")
}
func (c *requestContext) GetSecuritySecretKey() string {
	return c.header.Get("X-CFF-Security-Secret-Key")
}
func (c *requestContext) GetSecurityToken() string { return c.header.Get("X-CFF-Security-Token") }
func (c *requestContext) GetToken() string         { return c.header.Get("X-CFF-Auth-Token") }
func (c *requestContext) GetFunctionName() string  { return os.Getenv("RUNTIME_FUNC_NAME") }
func (c *requestContext) GetVersion() string       { return os.Getenv("RUNTIME_FUNC_VERSION") }
func (c *requestContext) GetProjectID() string     { return os.Getenv("RUNTIME_PROJECT_ID") }
func (c *requestContext) GetPackage() string       { return os.Getenv("RUNTIME_PACKAGE") }
func (c *requestContext) GetMemorySize() int       { return number("RUNTIME_MEMORY") }
func (c *requestContext) GetCPUNumber() int        { return number("RUNTIME_CPU") }
func (c *requestContext) GetAlias() string         { return os.Getenv("RUNTIME_ALIAS") }
func (c *requestContext) GetOriginVersionTag() string {
	return c.header.Get("X-Cff-Origin-Version-Tag")
}
func (c *requestContext) GetWorkflowID() string      { return c.header.Get("X-Cff-Workflow-Id") }
func (c *requestContext) GetWorkflowRunID() string   { return c.header.Get("X-Cff-Workflow-Run-Id") }
func (c *requestContext) GetWorkflowStateID() string { return c.header.Get("X-Cff-Workflow-State-Id") }
func (c *requestContext) GetStreamRunID() string     { return c.header.Get("X-Stream-Run-Id") }
func (c *requestContext) GetStreamEnable() string    { return c.header.Get("X-Stream-Enable") }
func (c *requestContext) GetStreamToken() string     { return c.header.Get("X-Stream-Token") }
func (c *requestContext) GetStreamAddr() string      { return c.header.Get("X-Stream-Addr") }

func (c *requestContext) GetRemainingTimeInMilliSeconds() int {
	if left := time.Until(c.deadline).Milliseconds(); left > 0 {
		return int(left)
	}
	return 0
}

func (c *requestContext) GetUserData(key string) string {
	data := map[string]string{}
	if json.Unmarshal([]byte(os.Getenv("RUNTIME_USERDATA")), &data) != nil {
		return ""
	}
	return data[key]
}

func (c *requestContext) GetLogger() context.RuntimeLogger { return c }

func (c *requestContext) Logf(format string, args ...interface{}) {
	stamp := time.Now().UTC().Format("2006-01-02T15:04:05.000Z")
	fmt.Printf("%s %s %s\n", stamp, c.GetRequestID(), fmt.Sprintf(format, args...))
}
