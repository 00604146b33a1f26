package com.huawei.services.runtime.entity.s3obs;

import com.huawei.services.runtime.entity.Printable;
import java.util.Map;

/** A change of an object. */
public class S3Record extends Printable {
    private String eventVersion;
    private String eventSource;
    private String awsRegion;
    private String eventTime;
    private String eventName;
    private S3IdEntity userIdentity;
    private RequestParameters requestParameters;
    private Map<String, Object> responseElements;
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

    public S3IdEntity getUserIdentity() {
        return userIdentity;
    }

    public void setUserIdentity(S3IdEntity userIdentity) {
        this.userIdentity = userIdentity;
    }

    public RequestParameters getRequestParameters() {
        return requestParameters;
    }

    public void setRequestParameters(RequestParameters requestParameters) {
        this.requestParameters = requestParameters;
    }

    public Map<String, Object> getResponseElements() {
        return responseElements;
    }

    public void setResponseElements(Map<String, Object> responseElements) {
        this.responseElements = responseElements;
    }

    public S3Body getS3obs() {
        return s3;
    }

    public void setS3obs(S3Body s3obs) {
        s3 = s3obs;
    }

    public S3Body getS3() {
        return s3;
    }

    public void setS3(S3Body s3) {
        this.s3 = s3;
    }
}
