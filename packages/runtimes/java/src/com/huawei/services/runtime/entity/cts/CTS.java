package com.huawei.services.runtime.entity.cts;

import com.huawei.services.runtime.entity.Printable;
import java.util.Map;

/** What was done, by whom, to what. */
public class CTS extends Printable {
    private String time;
    private User user;
    private Map<String, Object> request;
    private Map<String, Object> response;
    private int code;
    private String service_type;
    private String resource_type;
    private String resource_name;
    private String resource_id;
    private String trace_name;
    private String trace_type;
    private String record_time;
    private String trace_id;
    private String trace_status;

    public String getTime() {
        return time;
    }

    public void setTime(String time) {
        this.time = time;
    }

    public User getUser() {
        return user;
    }

    public void setUser(User user) {
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
        return service_type;
    }

    public void setServiceType(String serviceType) {
        service_type = serviceType;
    }

    public String getResourceType() {
        return resource_type;
    }

    public void setResourceType(String resourceType) {
        resource_type = resourceType;
    }

    public String getResourceName() {
        return resource_name;
    }

    public void setResourceName(String resourceName) {
        resource_name = resourceName;
    }

    public String getResourceId() {
        return resource_id;
    }

    public void setResourceId(String resourceId) {
        resource_id = resourceId;
    }

    public String getTraceName() {
        return trace_name;
    }

    public void setTraceName(String traceName) {
        trace_name = traceName;
    }

    public String getTraceType() {
        return trace_type;
    }

    public void setTraceType(String traceType) {
        trace_type = traceType;
    }

    public String getRecordTime() {
        return record_time;
    }

    public void setRecordTime(String recordTime) {
        record_time = recordTime;
    }

    public String getTraceId() {
        return trace_id;
    }

    public void setTraceId(String traceId) {
        trace_id = traceId;
    }

    public String getTraceStatus() {
        return trace_status;
    }

    public void setTraceStatus(String traceStatus) {
        trace_status = traceStatus;
    }
}
