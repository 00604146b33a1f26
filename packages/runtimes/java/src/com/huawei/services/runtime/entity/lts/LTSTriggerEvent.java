package com.huawei.services.runtime.entity.lts;

import com.huawei.services.runtime.entity.Printable;

/** Log lines of a topic. */
public class LTSTriggerEvent extends Printable {
    private LTSBody lts;

    public LTSBody getLts() {
        return lts;
    }

    public void setLts(LTSBody lts) {
        this.lts = lts;
    }
}
