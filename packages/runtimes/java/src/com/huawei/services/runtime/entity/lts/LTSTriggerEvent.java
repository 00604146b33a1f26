package com.huawei.services.runtime.entity.lts;

/** Lines of a log stream. */
public class LTSTriggerEvent {
    private LTSBody lts;

    public LTSBody getLts() {
        return lts;
    }

    public void setLts(LTSBody lts) {
        this.lts = lts;
    }
}
