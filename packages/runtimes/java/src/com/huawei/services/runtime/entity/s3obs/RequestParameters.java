package com.huawei.services.runtime.entity.s3obs;

import com.huawei.services.runtime.entity.Printable;

/** Where the change came from. */
public class RequestParameters extends Printable {
    private String sourceIPAddress;

    public String getSourceIPAddress() {
        return sourceIPAddress;
    }

    public void setSourceIPAddress(String sourceIPAddress) {
        this.sourceIPAddress = sourceIPAddress;
    }

    public String getSourceIpAddress() {
        return sourceIPAddress;
    }
}
