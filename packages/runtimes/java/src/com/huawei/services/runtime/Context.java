package com.huawei.services.runtime;

/** What a handler can ask about its request and its function. Texts that do not apply are empty, never null. */
public interface Context {
    String getRequestID();

    /** What is left of the timeout; negative when it is over. */
    int getRemainingTimeInMilliSeconds();

    String getAccessKey();

    String getSecretKey();

    String getSecurityAccessKey();

    String getSecuritySecretKey();

    String getSecurityToken();

    String getToken();

    /** A variable of the function, or null when there is none of this name. */
    String getUserData(String key);

    String getFunctionName();

    /** The timeout of the function, in seconds. */
    int getRunningTimeInSeconds();

    String getVersion();

    /** In MB. */
    int getMemorySize();

    /** In thousandths of a core. */
    int getCPUNumber();

    String getProjectID();

    String getPackage();

    String getAlias();

    String getInstanceID();

    String getInvokeProperty();

    String getTraceID();

    String getInvokeID();

    String getWorkflowID();

    String getWorkflowRunID();

    String getWorkflowStateID();

    Object getState();

    void setState(Object state);

    RuntimeLogger getLogger();
}
