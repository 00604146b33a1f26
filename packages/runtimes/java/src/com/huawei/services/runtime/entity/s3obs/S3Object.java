package com.huawei.services.runtime.entity.s3obs;

import com.huawei.services.runtime.entity.Printable;

/** An object. */
public class S3Object extends Printable {
    private String key;
    private String eTag;
    private String versionId;
    private String sequencer;
    private long size;

    public String getKey() {
        return key;
    }

    public void setKey(String key) {
        this.key = key;
    }

    public String getETag() {
        return eTag;
    }

    public void setETag(String eTag) {
        this.eTag = eTag;
    }

    public String getVersionId() {
        return versionId;
    }

    public void setVersionId(String versionId) {
        this.versionId = versionId;
    }

    public String getSequencer() {
        return sequencer;
    }

    public void setSequencer(String sequencer) {
        this.sequencer = sequencer;
    }

    /** In bytes; the largest int for what is larger. */
    public int getSize() {
        return (int) Math.min(size, Integer.MAX_VALUE);
    }

    public void setSize(int size) {
        this.size = size;
    }
}
