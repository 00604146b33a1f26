package com.huawei.services.runtime.entity.dis;

import com.huawei.services.runtime.entity.Printable;
import java.io.UnsupportedEncodingException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;

/** A record of a stream. */
public class DISRecord extends Printable {
    private String partition_key;
    private String data;
    private String sequence_number;
    private long timestamp;
    private String timestamp_type;

    public String getPartitionKey() {
        return partition_key;
    }

    public void setPartitionKey(String partitionKey) {
        partition_key = partitionKey;
    }

    public String getData() {
        return data;
    }

    public void setData(String data) {
        this.data = data;
    }

    public String getSequenceNumber() {
        return sequence_number;
    }

    public void setSequenceNumber(String sequenceNumber) {
        sequence_number = sequenceNumber;
    }

    public long getTimestamp() {
        return timestamp;
    }

    public void setTimestamp(long timestamp) {
        this.timestamp = timestamp;
    }

    public String getTimestampType() {
        return timestamp_type;
    }

    public void setTimestampType(String timestampType) {
        timestamp_type = timestampType;
    }

    /** The data without Base64; null when there is none. The exception is part of the signature that user code was compiled with. */
    public String getRawData() throws UnsupportedEncodingException {
        return data == null ? null : new String(Base64.getMimeDecoder().decode(data), StandardCharsets.UTF_8);
    }
}
