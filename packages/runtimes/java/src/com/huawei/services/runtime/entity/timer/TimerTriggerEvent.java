package com.huawei.services.runtime.entity.timer;

import com.huawei.services.runtime.entity.Printable;

/** A tick of a timer. */
public class TimerTriggerEvent extends Printable {
    private String version;
    private String time;
    private String trigger_type;
    private String trigger_name;
    private String user_event;

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
        return trigger_type;
    }

    public void setTriggerType(String triggerType) {
        trigger_type = triggerType;
    }

    public String getTriggerName() {
        return trigger_name;
    }

    public void setTriggerName(String triggerName) {
        trigger_name = triggerName;
    }

    public String getUserEvent() {
        return user_event;
    }

    public void setUserEvent(String userEvent) {
        user_event = userEvent;
    }
}
