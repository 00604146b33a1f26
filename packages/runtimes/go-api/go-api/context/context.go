// Package context holds what a handler sees of its request. It has the path and the methods of the vendor's package, so
// that a program needs no change to be compiled with either.
package context

// RuntimeLogger writes lines that carry the id of the request.
type RuntimeLogger interface {
	Logf(format string, args ...interface{})
}

// RuntimeContext is the second argument of a handler.
type RuntimeContext interface {
	GetRequestID() string
	GetRemainingTimeInMilliSeconds() int
	GetRunningTimeInSeconds() int
	GetAccessKey() string
	GetSecretKey() string
	GetSecurityAccessKey() string
	GetSecuritySecretKey() string
	GetSecurityToken() string
	GetToken() string
	GetUserData(key string) string
	GetFunctionName() string
	GetVersion() string
	GetProjectID() string
	GetPackage() string
	GetMemorySize() int
	GetCPUNumber() int
	GetAlias() string
	GetOriginVersionTag() string
	GetWorkflowID() string
	GetWorkflowRunID() string
	GetWorkflowStateID() string
	GetStreamRunID() string
	GetStreamEnable() string
	GetStreamToken() string
	GetStreamAddr() string
	GetLogger() RuntimeLogger
}
