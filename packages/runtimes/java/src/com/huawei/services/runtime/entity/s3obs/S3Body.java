package com.huawei.services.runtime.entity.s3obs;

/** Bucket and object. */
public class S3Body {
    private String s3SchemaVersion;
    private String configurationId;
    private S3Bucket bucket;
    private S3Object object;

    public String getS3SchemaVersion() {
        return s3SchemaVersion;
    }

    public void setS3SchemaVersion(String s3SchemaVersion) {
        this.s3SchemaVersion = s3SchemaVersion;
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

    public S3Object getObject() {
        return object;
    }

    public void setObject(S3Object object) {
        this.object = object;
    }
}
