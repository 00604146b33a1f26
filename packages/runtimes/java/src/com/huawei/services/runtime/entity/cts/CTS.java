package com.huawei.services.runtime.entity.cts;

import funcgraph.runtime.JsonName;
import java.util.Map;

/** An operation that was traced. */
public class CTS {
    private String time;
    private CTSUser user;
    private Map<String, Object> request;
    private Map<String, Object> response;
    private int code;
    @JsonName("service_type")
    private String serviceType;
    @JsonName("resource_type")
    private String resourceType;
    @JsonName("resource_name")
    private String resourceName;
    @JsonName("resource_id")
    private String resourceId;
    @JsonName("trace_name")
    private String traceName;
    @JsonName("trace_type")
    private String traceType;
    @JsonName("record_time")
    private String recordTime;
    @JsonName("trace_id")
    private String traceId;
    @JsonName("trace_status")
    private String traceStatus;

    public String getTime() {
        return time;
    }

    public void setTime(String time) {
        this.time = time;
    }

    public CTSUser getUser() {
        return user;
    }

    public void setUser(CTSUser user) {
        this.user = user;
    }

    public Map<String, Object> getRequest() {
        return request;
    }

    public void setRequest(Map<String, Object> request) {
        this.request = request;
    }

    public Map<String, Object> getResponse() {
        return response;
    }

    public void setResponse(Map<String, Object> response) {
        this.response = response;
    }

    public int getCode() {
        return code;
    }

    public void setCode(int code) {
        this.code = code;
    }

    public String getServiceType() {
        return serviceType;
    }

    public void setServiceType(String serviceType) {
        this.serviceType = serviceType;
    }

    public String getResourceType() {
        return resourceType;
    }

    public void setResourceType(String resourceType) {
        this.resourceType = resourceType;
    }

    public String getResourceName() {
        return resourceName;
    }

    public void setResourceName(String resourceName) {
        this.resourceName = resourceName;
    }

    public String getResourceId() {
        return resourceId;
    }

    public void setResourceId(String resourceId) {
        this.resourceId = resourceId;
    }

    public String getTraceName() {
        return traceName;
    }

    public void setTraceName(String traceName) {
        this.traceName = traceName;
    }

    public String getTraceType() {
        return traceType;
    }

    public void setTraceType(String traceType) {
        this.traceType = traceType;
    }

    public String getRecordTime() {
        return recordTime;
    }

    public void setRecordTime(String recordTime) {
        this.recordTime = recordTime;
    }

    public String getTraceId() {
        return traceId;
    }

    public void setTraceId(String traceId) {
        this.traceId = traceId;
    }

    public String getTraceStatus() {
        return traceStatus;
    }

    public void setTraceStatus(String traceStatus) {
        this.traceStatus = traceStatus;
    }
}
