package com.huawei.services.runtime.entity.kafka;

import com.huawei.services.runtime.entity.Printable;

/** Messages of one Kafka topic. */
public class KafkaRecord extends Printable {
    private String[] messages;
    private String topic_id;

    public String[] getMessages() {
        return messages;
    }

    public void setMessages(String[] messages) {
        this.messages = messages;
    }

    public String getTopicId() {
        return topic_id;
    }

    public void setTopicId(String topicId) {
        topic_id = topicId;
    }
}
