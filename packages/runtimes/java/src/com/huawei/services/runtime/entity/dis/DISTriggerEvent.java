package com.huawei.services.runtime.entity.dis;

import com.huawei.services.runtime.entity.Printable;

/** Records of a stream. */
public class DISTriggerEvent extends Printable {
    private String ShardID;
    private DISMessage Message;
    private String Tag;
    private String StreamName;

    public String getShardID() {
        return ShardID;
    }

    public void setShardID(String shardID) {
        ShardID = shardID;
    }

    public DISMessage getMessage() {
        return Message;
    }

    public void setMessage(DISMessage message) {
        Message = message;
    }

    public String getTag() {
        return Tag;
    }

    public void setTag(String tag) {
        Tag = tag;
    }

    public String getStreamName() {
        return StreamName;
    }

    public void setStreamName(String streamName) {
        StreamName = streamName;
    }
}
