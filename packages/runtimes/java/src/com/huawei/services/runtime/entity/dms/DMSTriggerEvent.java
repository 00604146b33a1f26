package com.huawei.services.runtime.entity.dms;

import com.huawei.services.runtime.entity.Printable;

/** Messages of a queue. */
public class DMSTriggerEvent extends Printable {
    private String queue_id;
    private String region;
    private String event_type;
    private String consumer_group_id;
    private DMSMessage[] messages;

    public String getQueueId() {
        return queue_id;
    }

    public void setQueueId(String queueId) {
        queue_id = queueId;
    }

    public String getRegion() {
        return region;
    }

    public void setRegion(String region) {
        this.region = region;
    }

    public String getEventType() {
        return event_type;
    }

    public void setEventType(String eventType) {
        event_type = eventType;
    }

    public String getConsumerGroupId() {
        return consumer_group_id;
    }

    public void setConsumerGroupId(String consumerGroupId) {
        consumer_group_id = consumerGroupId;
    }

    public DMSMessage[] getMessages() {
        return messages;
    }

    public void setMessages(DMSMessage[] messages) {
        this.messages = messages;
    }
}
