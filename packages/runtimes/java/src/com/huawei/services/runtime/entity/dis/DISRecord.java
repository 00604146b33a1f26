package com.huawei.services.runtime.entity.dis;

import funcgraph.runtime.JsonName;
import java.nio.charset.StandardCharsets;
import java.util.Base64;

/** A record of a stream. */
public class DISRecord {
    @JsonName("partition_key")
    private String partitionKey;
    private String data;
    @JsonName("sequence_number")
    private String sequenceNumber;
    private long timestamp;
    @JsonName("timestamp_type")
    private String timestampType;

    public String getPartitionKey() {
        return partitionKey;
    }

    public void setPartitionKey(String partitionKey) {
        this.partitionKey = partitionKey;
    }

    public String getData() {
        return data;
    }

    public void setData(String data) {
        this.data = data;
    }

    public String getSequenceNumber() {
        return sequenceNumber;
    }

    public void setSequenceNumber(String sequenceNumber) {
        this.sequenceNumber = sequenceNumber;
    }

    public long getTimestamp() {
        return timestamp;
    }

    public void setTimestamp(long timestamp) {
        this.timestamp = timestamp;
    }

    public String getTimestampType() {
        return timestampType;
    }

    public void setTimestampType(String timestampType) {
        this.timestampType = timestampType;
    }

    /** The data without Base64; null when there is none. */
    public String getRawData() {
        return data == null ? null : new String(Base64.getDecoder().decode(data), StandardCharsets.UTF_8);
    }
}
