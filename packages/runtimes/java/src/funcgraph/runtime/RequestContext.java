package funcgraph.runtime;

import java.util.Collections;
import java.util.Map;

/**
 * The context of one request, under every class name that user code may use. User code turns it into JSON, by its
 * fields or by its getters: fields that are not transient are plain values without secrets, and getters expose no
 * object of the shim.
 */
final class RequestContext implements com.services.runtime.Context, com.opentelekomcloud.services.runtime.Context {
    private final transient Map<?, ?> function;
    private final transient Map<?, ?> request;
    private final transient Map<?, ?> credentials;
    private final transient RequestLogger logger;
    private final transient long deadline;
    private transient volatile Object state;
    private final String requestID;
    private final String projectID;
    private final String functionName;
    private final String version;
    private final String alias;
    private final String instanceID;
    private final int memorySize;
    private final int CPUNumber;
    private final int runningTimeInSeconds;

    /** `function` is `context` of the init frame, `request` the invoke frame; empty for the initializer. */
    RequestContext(Map<?, ?> function, Map<?, ?> request, Link link) {
        this.function = function;
        this.request = request;
        Object given = request.get("credentials");
        this.requestID = text(request, "requestId");
        this.projectID = text(function, "projectId");
        this.functionName = text(function, "functionName");
        this.version = text(function, "version");
        this.alias = text(function, "alias");
        this.instanceID = text(function, "instanceId");
        this.memorySize = number("memoryMb");
        this.CPUNumber = number("cpuMillis");
        this.runningTimeInSeconds = number("timeoutSeconds");
        this.credentials = given instanceof Map ? (Map<?, ?>) given : Collections.emptyMap();
        this.logger = new RequestLogger(link, requestID);
        long timeoutMs = request.get("timeoutMs") instanceof Number
            ? ((Number) request.get("timeoutMs")).longValue()
            : runningTimeInSeconds * 1000L;
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
        return requestID;
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
        return functionName;
    }

    @Override
    public int getRunningTimeInSeconds() {
        return runningTimeInSeconds;
    }

    @Override
    public String getVersion() {
        return version;
    }

    @Override
    public int getMemorySize() {
        return memorySize;
    }

    @Override
    public int getCPUNumber() {
        return CPUNumber;
    }

    @Override
    public String getProjectID() {
        return projectID;
    }

    @Override
    public String getPackage() {
        return text(function, "package");
    }

    @Override
    public String getAlias() {
        return alias;
    }

    @Override
    public String getInstanceID() {
        return instanceID;
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
