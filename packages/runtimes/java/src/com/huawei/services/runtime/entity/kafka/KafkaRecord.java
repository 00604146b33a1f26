package com.huawei.services.runtime.entity.kafka;

import funcgraph.runtime.JsonName;
import java.util.List;

/** Messages of a topic. */
public class KafkaRecord {
    private List<String> messages;
    @JsonName("topic_id")
    private String topicId;

    public List<String> getMessages() {
        return messages;
    }

    public void setMessages(List<String> messages) {
        this.messages = messages;
    }

    public String getTopicId() {
        return topicId;
    }

    public void setTopicId(String topicId) {
        this.topicId = topicId;
    }
}
