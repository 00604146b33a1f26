package com.huawei.services.runtime.entity.cts;

import com.huawei.services.runtime.entity.Printable;

/** An audited operation. */
public class CTSTriggerEvent extends Printable {
    private CTS cts;

    public CTS getCts() {
        return cts;
    }

    public void setCts(CTS cts) {
        this.cts = cts;
    }
}
