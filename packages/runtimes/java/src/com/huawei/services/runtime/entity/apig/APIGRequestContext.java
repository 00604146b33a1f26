package com.huawei.services.runtime.entity.apig;

import com.huawei.services.runtime.entity.Printable;

/** Which request of which API it was. */
public class APIGRequestContext extends Printable {
    private String apiId;
    private String requestId;
    private String stage;
    private String sourceIp;

    public String getApiId() {
        return apiId;
    }

    public void setApiId(String apiId) {
        this.apiId = apiId;
    }

    public String getRequestId() {
        return requestId;
    }

    public void setRequestId(String requestId) {
        this.requestId = requestId;
    }

    public String getStage() {
        return stage;
    }

    public void setStage(String stage) {
        this.stage = stage;
    }

    public String getSourceIp() {
        return sourceIp;
    }

    public void setSourceIp(String sourceIp) {
        this.sourceIp = sourceIp;
    }
}
