package com.huawei.services.runtime.entity.obs;

/** What a handler of object events asks first. */
public interface ObsTriggerInfo {
    /** Of the one record. Throws IllegalArgumentException when there is not exactly one. */
    String getBucketName();

    /** As the event has it: URL-encoded. */
    String getObjectKey();

    String getEventName();
}
