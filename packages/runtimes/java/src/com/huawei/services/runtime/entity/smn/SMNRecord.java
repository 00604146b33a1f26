package com.huawei.services.runtime.entity.smn;

import funcgraph.runtime.JsonName;

/** A notification with its subscription. */
public class SMNRecord {
    @JsonName("event_version")
    private String eventVersion;
    @JsonName("event_subscription_urn")
    private String eventSubscriptionUrn;
    @JsonName("event_source")
    private String eventSource;
    private SMNBody smn;

    public String getEventVersion() {
        return eventVersion;
    }

    public void setEventVersion(String eventVersion) {
        this.eventVersion = eventVersion;
    }

    public String getEventSubscriptionUrn() {
        return eventSubscriptionUrn;
    }

    public void setEventSubscriptionUrn(String eventSubscriptionUrn) {
        this.eventSubscriptionUrn = eventSubscriptionUrn;
    }

    public String getEventSource() {
        return eventSource;
    }

    public void setEventSource(String eventSource) {
        this.eventSource = eventSource;
    }

    public SMNBody getSmn() {
        return smn;
    }

    public void setSmn(SMNBody smn) {
        this.smn = smn;
    }
}
