package com.huawei.services.runtime.entity.s3obs;

/** What a handler of object events asks first. */
public interface IObsTriggerInfo {
    /** Of the one record. Throws IllegalArgumentException when there is not exactly one. */
    String getBucketName();

    /** As the event has it: URL-encoded. */
    String getObjectKey();

    String getEventName();
}
