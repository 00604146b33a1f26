package com.huawei.services.runtime.entity.smn;

import funcgraph.runtime.JsonName;
import java.util.Map;

/** A notification. */
public class SMNBody {
    @JsonName("topic_urn")
    private String topicUrn;
    private String timestamp;
    @JsonName("message_attributes")
    private Map<String, Object> messageAttributes;
    private String message;
    private String type;
    @JsonName("message_id")
    private String messageId;
    private String subject;

    public String getTopicUrn() {
        return topicUrn;
    }

    public void setTopicUrn(String topicUrn) {
        this.topicUrn = topicUrn;
    }

    public String getTimestamp() {
        return timestamp;
    }

    public void setTimestamp(String timestamp) {
        this.timestamp = timestamp;
    }

    public Map<String, Object> getMessageAttributes() {
        return messageAttributes;
    }

    public void setMessageAttributes(Map<String, Object> messageAttributes) {
        this.messageAttributes = messageAttributes;
    }

    public String getMessage() {
        return message;
    }

    public void setMessage(String message) {
        this.message = message;
    }

    public String getType() {
        return type;
    }

    public void setType(String type) {
        this.type = type;
    }

    public String getMessageId() {
        return messageId;
    }

    public void setMessageId(String messageId) {
        this.messageId = messageId;
    }

    public String getSubject() {
        return subject;
    }

    public void setSubject(String subject) {
        this.subject = subject;
    }
}
