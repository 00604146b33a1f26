package funcgraph.runtime;

import java.util.Collections;
import java.util.Map;

/** The context of one request, under every name that user code knows it by. */
final class RequestContext implements com.services.runtime.Context, com.opentelekomcloud.services.runtime.Context {
    private final Map<?, ?> function;
    private final Map<?, ?> request;
    private final Map<?, ?> credentials;
    private final RequestLogger logger;
    private final long deadline;
    private volatile Object state;

    /** `function` is `context` of the init frame, `request` the invoke frame; empty for the initializer. */
    RequestContext(Map<?, ?> function, Map<?, ?> request, Link link) {
        this.function = function;
        this.request = request;
        Object given = request.get("credentials");
        this.credentials = given instanceof Map ? (Map<?, ?>) given : Collections.emptyMap();
        this.logger = new RequestLogger(link, getRequestID());
        long timeoutMs = request.get("timeoutMs") instanceof Number
            ? ((Number) request.get("timeoutMs")).longValue()
            : getRunningTimeInSeconds() * 1000L;
        this.deadline = System.nanoTime() + timeoutMs * 1000000L;
    }

    private static String text(Map<?, ?> map, String name) {
        Object value = map.get(name);
        return value instanceof String ? (String) value : "";
    }

    private int number(String name) {
        Object value = function.get(name);
        return value instanceof Number ? ((Number) value).intValue() : 0;
    }

    @Override
    public String getRequestID() {
        return text(request, "requestId");
    }

    @Override
    public int getRemainingTimeInMilliSeconds() {
        return (int) ((deadline - System.nanoTime()) / 1000000L);
    }

    @Override
    public String getAccessKey() {
        return text(credentials, "accessKey");
    }

    @Override
    public String getSecretKey() {
        return text(credentials, "secretKey");
    }

    @Override
    public String getSecurityAccessKey() {
        return text(credentials, "securityAccessKey");
    }

    @Override
    public String getSecuritySecretKey() {
        return text(credentials, "securitySecretKey");
    }

    @Override
    public String getSecurityToken() {
        return text(credentials, "securityToken");
    }

    @Override
    public String getToken() {
        return text(credentials, "authToken");
    }

    @Override
    public String getUserData(String key) {
        Object data = function.get("userData");
        Object value = data instanceof Map ? ((Map<?, ?>) data).get(key) : null;
        return value instanceof String ? (String) value : null;
    }

    @Override
    public String getFunctionName() {
        return text(function, "functionName");
    }

    @Override
    public int getRunningTimeInSeconds() {
        return number("timeoutSeconds");
    }

    @Override
    public String getVersion() {
        return text(function, "version");
    }

    @Override
    public int getMemorySize() {
        return number("memoryMb");
    }

    @Override
    public int getCPUNumber() {
        return number("cpuMillis");
    }

    @Override
    public String getProjectID() {
        return text(function, "projectId");
    }

    @Override
    public String getPackage() {
        return text(function, "package");
    }

    @Override
    public String getAlias() {
        return text(function, "alias");
    }

    @Override
    public String getInstanceID() {
        return text(function, "instanceId");
    }

    @Override
    public String getInvokeProperty() {
        return "";
    }

    @Override
    public String getTraceID() {
        return getRequestID();
    }

    @Override
    public String getInvokeID() {
        return getRequestID();
    }

    @Override
    public String getWorkflowID() {
        return text(request, "workflowId");
    }

    @Override
    public String getWorkflowRunID() {
        return text(request, "workflowRunId");
    }

    @Override
    public String getWorkflowStateID() {
        return text(request, "workflowStateId");
    }

    @Override
    public Object getState() {
        return state;
    }

    @Override
    public void setState(Object state) {
        this.state = state;
    }

    @Override
    public RequestLogger getLogger() {
        return logger;
    }
}
