package com.huawei.services.runtime.entity.dis;

import funcgraph.runtime.JsonName;

/** Records of a stream. */
public class DISTriggerEvent {
    @JsonName("ShardID")
    private String shardID;
    @JsonName("Message")
    private DISMessage message;
    @JsonName("Tag")
    private String tag;
    @JsonName("StreamName")
    private String streamName;

    public String getShardID() {
        return shardID;
    }

    public void setShardID(String shardID) {
        this.shardID = shardID;
    }

    public DISMessage getMessage() {
        return message;
    }

    public void setMessage(DISMessage message) {
        this.message = message;
    }

    public String getTag() {
        return tag;
    }

    public void setTag(String tag) {
        this.tag = tag;
    }

    public String getStreamName() {
        return streamName;
    }

    public void setStreamName(String streamName) {
        this.streamName = streamName;
    }
}
