package com.huawei.services.runtime.entity.dis;

import com.huawei.services.runtime.entity.Printable;

/** What was read from a shard. */
public class DISMessage extends Printable {
    private String next_partition_cursor;
    private DISRecord[] records;
    private String millis_behind_latest;

    public String getNextPartitionCursor() {
        return next_partition_cursor;
    }

    public void setNextPartitionCursor(String nextPartitionCursor) {
        next_partition_cursor = nextPartitionCursor;
    }

    public DISRecord[] getRecords() {
        return records;
    }

    public void setRecords(DISRecord[] records) {
        this.records = records;
    }

    public String getMillisBehindLatest() {
        return millis_behind_latest;
    }

    public void setMillisBehindLatest(String millisBehindLatest) {
        millis_behind_latest = millisBehindLatest;
    }

    /** The spelling of the library that user code was compiled with. */
    public String getNextPatitionCursor() {
        return next_partition_cursor;
    }

    public void setNextPatitionCursor(String nextPatitionCursor) {
        next_partition_cursor = nextPatitionCursor;
    }
}
