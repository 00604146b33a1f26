package com.huawei.services.runtime.entity.dis;

import funcgraph.runtime.JsonName;
import java.util.List;

/** What was read from a shard. */
public class DISMessage {
    @JsonName("next_partition_cursor")
    private String nextPartitionCursor;
    private List<DISRecord> records;
    @JsonName("millis_behind_latest")
    private String millisBehindLatest;

    public String getNextPartitionCursor() {
        return nextPartitionCursor;
    }

    public void setNextPartitionCursor(String nextPartitionCursor) {
        this.nextPartitionCursor = nextPartitionCursor;
    }

    public List<DISRecord> getRecords() {
        return records;
    }

    public void setRecords(List<DISRecord> records) {
        this.records = records;
    }

    public String getMillisBehindLatest() {
        return millisBehindLatest;
    }

    public void setMillisBehindLatest(String millisBehindLatest) {
        this.millisBehindLatest = millisBehindLatest;
    }
}
