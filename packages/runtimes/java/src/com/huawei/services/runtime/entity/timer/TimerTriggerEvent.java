package com.huawei.services.runtime.entity.timer;

import funcgraph.runtime.JsonName;

/** A timer has fired. */
public class TimerTriggerEvent {
    private String version;
    private String time;
    @JsonName("trigger_type")
    private String triggerType;
    @JsonName("trigger_name")
    private String triggerName;
    @JsonName("user_event")
    private String userEvent;

    public String getVersion() {
        return version;
    }

    public void setVersion(String version) {
        this.version = version;
    }

    public String getTime() {
        return time;
    }

    public void setTime(String time) {
        this.time = time;
    }

    public String getTriggerType() {
        return triggerType;
    }

    public void setTriggerType(String triggerType) {
        this.triggerType = triggerType;
    }

    public String getTriggerName() {
        return triggerName;
    }

    public void setTriggerName(String triggerName) {
        this.triggerName = triggerName;
    }

    public String getUserEvent() {
        return userEvent;
    }

    public void setUserEvent(String userEvent) {
        this.userEvent = userEvent;
    }
}
