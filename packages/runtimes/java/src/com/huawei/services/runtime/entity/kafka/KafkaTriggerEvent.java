package com.huawei.services.runtime.entity.kafka;

import com.huawei.services.runtime.entity.Printable;

/** Messages of a Kafka instance. */
public class KafkaTriggerEvent extends Printable {
    private String event_version;
    private long event_time;
    private String trigger_type;
    private String region;
    private String instance_id;
    private KafkaRecord[] records;

    public String getEventVersion() {
        return event_version;
    }

    public void setEventVersion(String eventVersion) {
        event_version = eventVersion;
    }

    public long getEventTime() {
        return event_time;
    }

    public void setEventTime(long eventTime) {
        event_time = eventTime;
    }

    public String getTriggerType() {
        return trigger_type;
    }

    public void setTriggerType(String triggerType) {
        trigger_type = triggerType;
    }

    public String getRegion() {
        return region;
    }

    public void setRegion(String region) {
        this.region = region;
    }

    public String getInstanceId() {
        return instance_id;
    }

    public void setInstanceId(String instanceId) {
        instance_id = instanceId;
    }

    public KafkaRecord[] getRecords() {
        return records;
    }

    public void setRecords(KafkaRecord[] records) {
        this.records = records;
    }
}
