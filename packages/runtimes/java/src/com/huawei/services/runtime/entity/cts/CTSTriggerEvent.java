package com.huawei.services.runtime.entity.cts;

/** An operation on a cloud service. */
public class CTSTriggerEvent {
    private CTS cts;

    public CTS getCts() {
        return cts;
    }

    public void setCts(CTS cts) {
        this.cts = cts;
    }
}
