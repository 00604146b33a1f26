package com.huawei.services.runtime.entity.smn;

import com.huawei.services.runtime.entity.Printable;

/** Notifications of a topic. */
public class SMNTriggerEvent extends Printable {
    private SMNRecord[] record;
    private String functionname;
    private String requestId;
    private String timestamp;

    public SMNRecord[] getRecord() {
        return record;
    }

    public void setRecord(SMNRecord[] record) {
        this.record = record;
    }

    public String getFunctionname() {
        return functionname;
    }

    public void setFunctionname(String functionname) {
        this.functionname = functionname;
    }

    public String getRequestId() {
        return requestId;
    }

    public void setRequestId(String requestId) {
        this.requestId = requestId;
    }

    public String getTimestamp() {
        return timestamp;
    }

    public void setTimestamp(String timestamp) {
        this.timestamp = timestamp;
    }
}
