package com.huawei.services.runtime.entity.s3obs;

import java.util.Map;

/** A change of an object. */
public class S3Record {
    private String eventVersion;
    private String eventSource;
    private String awsRegion;
    private String eventTime;
    private String eventName;
    private Map<String, String> userIdentity;
    private Map<String, String> requestParameters;
    private Map<String, String> responseElements;
    private S3Body s3;

    public String getEventVersion() {
        return eventVersion;
    }

    public void setEventVersion(String eventVersion) {
        this.eventVersion = eventVersion;
    }

    public String getEventSource() {
        return eventSource;
    }

    public void setEventSource(String eventSource) {
        this.eventSource = eventSource;
    }

    public String getAwsRegion() {
        return awsRegion;
    }

    public void setAwsRegion(String awsRegion) {
        this.awsRegion = awsRegion;
    }

    public String getEventTime() {
        return eventTime;
    }

    public void setEventTime(String eventTime) {
        this.eventTime = eventTime;
    }

    public String getEventName() {
        return eventName;
    }

    public void setEventName(String eventName) {
        this.eventName = eventName;
    }

    public Map<String, String> getUserIdentity() {
        return userIdentity;
    }

    public void setUserIdentity(Map<String, String> userIdentity) {
        this.userIdentity = userIdentity;
    }

    public Map<String, String> getRequestParameters() {
        return requestParameters;
    }

    public void setRequestParameters(Map<String, String> requestParameters) {
        this.requestParameters = requestParameters;
    }

    public Map<String, String> getResponseElements() {
        return responseElements;
    }

    public void setResponseElements(Map<String, String> responseElements) {
        this.responseElements = responseElements;
    }

    public S3Body getS3() {
        return s3;
    }

    public void setS3(S3Body s3) {
        this.s3 = s3;
    }
}
