package com.huawei.services.runtime.entity.s3obs;

import com.huawei.services.runtime.entity.Printable;

/** Changes of objects in a bucket. */
public class S3ObsTriggerEvent extends Printable implements IObsTriggerInfo {
    private S3Record[] Records;

    public S3ObsTriggerEvent() {}

    public S3ObsTriggerEvent(S3Record[] record) {
        Records = record;
    }

    public S3Record[] getRecord() {
        return Records;
    }

    public void setRecord(S3Record[] record) {
        Records = record;
    }

    private S3Record one() {
        if (Records != null && Records.length == 1) return Records[0];
        throw new IllegalArgumentException("the event has " + (Records == null ? 0 : Records.length) + " records, not one");
    }

    @Override
    public String getBucketName() {
        return one().getS3obs().getBucket().getName();
    }

    @Override
    public String getObjectKey() {
        return one().getS3obs().getObsobject().getKey();
    }

    @Override
    public String getEventName() {
        return one().getEventName();
    }
}
