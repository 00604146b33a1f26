package com.huawei.services.runtime.entity.s3obs;

import com.huawei.services.runtime.entity.Printable;

/** Changes of objects in a bucket. */
public class S3TriggerEvent extends Printable {
    private S3Record[] Records;

    public S3Record[] getRecords() {
        return Records;
    }

    public void setRecords(S3Record[] records) {
        Records = records;
    }
}
