package com.huawei.services.runtime.entity.kafka;

import funcgraph.runtime.JsonName;
import java.util.List;

/** Messages of a Kafka instance. */
public class KafkaTriggerEvent {
    @JsonName("event_version")
    private String eventVersion;
    @JsonName("event_time")
    private long eventTime;
    @JsonName("trigger_type")
    private String triggerType;
    private String region;
    @JsonName("instance_id")
    private String instanceId;
    private List<KafkaRecord> records;

    public String getEventVersion() {
        return eventVersion;
    }

    public void setEventVersion(String eventVersion) {
        this.eventVersion = eventVersion;
    }

    public long getEventTime() {
        return eventTime;
    }

    public void setEventTime(long eventTime) {
        this.eventTime = eventTime;
    }

    public String getTriggerType() {
        return triggerType;
    }

    public void setTriggerType(String triggerType) {
        this.triggerType = triggerType;
    }

    public String getRegion() {
        return region;
    }

    public void setRegion(String region) {
        this.region = region;
    }

    public String getInstanceId() {
        return instanceId;
    }

    public void setInstanceId(String instanceId) {
        this.instanceId = instanceId;
    }

    public List<KafkaRecord> getRecords() {
        return records;
    }

    public void setRecords(List<KafkaRecord> records) {
        this.records = records;
    }
}
