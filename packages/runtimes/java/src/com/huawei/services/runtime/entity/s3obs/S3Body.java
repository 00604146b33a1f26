package com.huawei.services.runtime.entity.s3obs;

import com.huawei.services.runtime.entity.Printable;

/** The bucket and the object. */
public class S3Body extends Printable {
    private String s3SchemaVersion;
    private String configurationId;
    private S3Bucket bucket;
    private S3Object object;

    public String getVersion() {
        return s3SchemaVersion;
    }

    public void setVersion(String version) {
        s3SchemaVersion = version;
    }

    public String getConfigurationId() {
        return configurationId;
    }

    public void setConfigurationId(String configurationId) {
        this.configurationId = configurationId;
    }

    public S3Bucket getBucket() {
        return bucket;
    }

    public void setBucket(S3Bucket bucket) {
        this.bucket = bucket;
    }

    public S3Object getObsobject() {
        return object;
    }

    public void setObsobject(S3Object obsobject) {
        object = obsobject;
    }

    public String getS3SchemaVersion() {
        return s3SchemaVersion;
    }

    public S3Object getObject() {
        return object;
    }
}
