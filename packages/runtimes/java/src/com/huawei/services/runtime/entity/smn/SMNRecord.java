package com.huawei.services.runtime.entity.smn;

import com.huawei.services.runtime.entity.Printable;

/** A notification and its subscription. */
public class SMNRecord extends Printable {
    private String event_version;
    private String event_subscription_urn;
    private String event_source;
    private SMNBody smn;

    public String getEventVersion() {
        return event_version;
    }

    public void setEventVersion(String eventVersion) {
        event_version = eventVersion;
    }

    public String getEventSubscriptionUrn() {
        return event_subscription_urn;
    }

    public void setEventSubscriptionUrn(String eventSubscriptionUrn) {
        event_subscription_urn = eventSubscriptionUrn;
    }

    public String getEventSource() {
        return event_source;
    }

    public void setEventSource(String eventSource) {
        event_source = eventSource;
    }

    public SMNBody getSmn() {
        return smn;
    }

    public void setSmn(SMNBody smn) {
        this.smn = smn;
    }
}
