package com.huawei.services.runtime.entity.s3obs;

import funcgraph.runtime.JsonName;
import java.util.List;

/** Changes in a bucket. */
public class S3TriggerEvent {
    @JsonName("Records")
    private List<S3Record> records;

    public List<S3Record> getRecords() {
        return records;
    }

    public void setRecords(List<S3Record> records) {
        this.records = records;
    }
}
